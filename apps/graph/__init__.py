"""The pure core: words, records and walks. It knows neither Django nor a database."""
