"""Counters as CloudWatch embedded metrics: a line of the log, no call."""

from __future__ import annotations

NAMESPACE = "Cartback"


class EmbeddedMetrics:
    """The port ``Metrics``: one EMF line per count, flushed at once so that a crash loses none."""

    def count(self, name: str, value: int = 1, **dimensions: str) -> None:
        """Count ``value`` under words, never people."""
        # Imported here: most cold starts count nothing, and this takes them 50 ms.
        from aws_lambda_powertools.metrics import MetricUnit, single_metric

        with single_metric(name=name, unit=MetricUnit.Count, value=value, namespace=NAMESPACE) as metric:
            for key, word in dimensions.items():
                metric.add_dimension(name=key, value=word)


class NoMetrics:
    """The port ``Metrics`` for an operator's own machine, whose output nobody gathers."""

    def count(self, name: str, value: int = 1, **dimensions: str) -> None:
        """Count nothing."""
