"""DVC: pipelines and data versioned beside the code."""
