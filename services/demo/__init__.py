"""Everything `run --demo` adds for a look around: platforms, officers, logins, keys. Never on by itself."""
