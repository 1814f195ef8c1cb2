"""The screens of operators: what runs behind `dashboard/`."""
