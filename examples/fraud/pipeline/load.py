"""Load a month: the gateway's purchases joined with the refund ledger, one row a purchase."""

import numpy as np


def load(purchases: np.ndarray, refunds: np.ndarray) -> np.ndarray:
    """Purchases with the column `refunded`.

    The ledger has one line when a refund is asked for and one more when it is paid.
    """
    lines = np.sort(refunds, order="txn_id")
    first = np.searchsorted(lines["txn_id"], purchases["txn_id"], side="left")
    last = np.searchsorted(lines["txn_id"], purchases["txn_id"], side="right")
    found = last - first
    rows = np.repeat(purchases, np.maximum(found, 1))
    rows["refunded"] = np.repeat(found > 0, np.maximum(found, 1))
    return rows
