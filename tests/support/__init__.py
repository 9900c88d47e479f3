"""Far sides for tests: real servers on loopback. Import them as `tests.support.NAME`."""
