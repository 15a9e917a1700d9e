"""Who answers for what; the dbt groups say the same for the models."""

DATA = ["data-engineering@e2a.example"]
OPERATIONS = ["operations@e2a.example"]
BILLING = ["billing@e2a.example"]
