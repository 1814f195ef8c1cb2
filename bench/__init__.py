"""What the hub can do on this machine, measured: real processes, real HTTP, real engines."""
