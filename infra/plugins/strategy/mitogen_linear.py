"""Mitogen's strategy for Ansible, where pip has put it: one Python stays on each server for all tasks, instead of a new one for each (docs/decisions/0037)."""

from ansible_mitogen.plugins.strategy.mitogen_linear import StrategyModule

__all__ = ["StrategyModule"]
