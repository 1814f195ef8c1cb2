"""What every process stands on: log, database, loop, ledger, settings. Knows no stage."""
