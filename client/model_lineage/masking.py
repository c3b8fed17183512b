"""Secrets are masked before anything is written, sent or spooled."""

import re
from collections.abc import Sequence

MASK = "********"

_SECRET_NAME = re.compile(
    r"(?i)(?:(?:^|[_.-])(?:pass|pwd|auth)|passwd|passwords?|passphrase|secrets?|authorization"
    r"|(?:api|access|secret|private|account|encryption)[_-]?keys?(?:[_-]id)?|credentials?"
    # eos_token and its like are what a tokenizer reads.
    r"|(?<!eos_)(?<!bos_)(?<!pad_)(?<!unk_)(?<!sep_)(?<!cls_)(?<!mask_)(?<!stop_)token)\Z"
)
_URL_CREDENTIALS = re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{0,40}://)[^\s/@'\"]{1,4000}@")
_QUERY_SECRET = re.compile(
    r"(?i)([?&;](?:[\w.-]{0,64}(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key"
    r"|signature|credential)|sig)=)[^&;\s'\"#]+"
)
_SHAPES = re.compile(
    r"(?<![\w-])(?:A(?:KIA|SIA)[0-9A-Z]{16}|mlt_[\w-]{16,}"
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[\w-]{16,}"
    r"|hf_[A-Za-z0-9]{20,}|xox[abposr]-[\w-]{10,}|sk-(?:proj-)?[A-Za-z0-9]{20,}"
    r"|AIza[\w-]{30,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+)"
)
_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_BEARER = re.compile(r"(?i)(\b(?:bearer|basic)\s{1,8})[A-Za-z0-9._~+/=-]{8,}")
_ASSIGNMENT = re.compile(r"(?<![\w.-])([\w.-]{1,200})(\s{0,8}[=:]\s{0,8})([\"']?)([^\s\"',;&]+)\3")
_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)(=?)(.*)\Z", re.DOTALL)


def is_secret_name(name: str) -> bool:
    """Whether a value under this name is hidden whole.

    >>> is_secret_name("AWS_SECRET_ACCESS_KEY"), is_secret_name("eos_token"), is_secret_name("key")
    (True, False, False)
    """
    return bool(_SECRET_NAME.search(name))


def mask(text: str) -> str:
    """The text without what is a secret by its shape or by the name it is assigned to.

    >>> mask("postgres://app:hunter2@db:5432/shop?sslmode=on")
    'postgres://********@db:5432/shop?sslmode=on'
    >>> mask("export DB_PASSWORD=hunter2 DEBUG=1")
    'export DB_PASSWORD=******** DEBUG=1'
    """
    text = _PRIVATE_KEY.sub(MASK, text)
    text = _URL_CREDENTIALS.sub(rf"\1{MASK}@", text)
    text = _QUERY_SECRET.sub(rf"\1{MASK}", text)
    text = _BEARER.sub(rf"\1{MASK}", text)
    return _SHAPES.sub(MASK, _ASSIGNMENT.sub(_assigned, text))


def mask_address(address: str) -> str:
    """An address without user and password, so that it is the same whoever uses it.

    >>> mask_address("s3://me:pw@lake/x.csv?versionId=3&sig=ab12")
    's3://lake/x.csv?versionId=3&sig=********'
    """
    return mask(_URL_CREDENTIALS.sub(r"\1", address))


def _assigned(found: re.Match[str]) -> str:
    name, between, quote, _ = found.groups()
    return f"{name}{between}{quote}{MASK}{quote}" if is_secret_name(name) else found.group()


def mask_command(command: Sequence[str]) -> list[str]:
    """The command line, the values of secret flags among it hidden.

    >>> mask_command(["train.py", "--api-key", "k3y", "--token=abc", "--lr", "0.1"])
    ['train.py', '--api-key', '********', '--token=********', '--lr', '0.1']
    """
    masked: list[str] = []
    hide_next = False
    for one in command:
        flag = _FLAG.match(one)
        if hide_next and not one.startswith("--"):
            masked.append(MASK)
            hide_next = False
            continue
        hide_next = False
        if flag and is_secret_name(flag[1]):
            masked.append(f"{one[: flag.start(3)]}{MASK}" if flag[2] else one)
            hide_next = not flag[2]
        else:
            masked.append(mask(one))
    return masked
