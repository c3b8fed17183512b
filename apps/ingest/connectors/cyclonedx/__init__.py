"""CycloneDX bills of materials for machine learning."""
