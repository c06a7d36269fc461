"""The games between labs and Governor, each with its complete set of equilibria.

Examples
--------
>>> from deterrence import games
"""
