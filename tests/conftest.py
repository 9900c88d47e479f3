"""What holds for every test: properties have no deadline, since speed is the benchmarks' affair and a cold machine is slow."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("flywheel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("flywheel")
