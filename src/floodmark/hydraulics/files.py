"""What the simulation reads from data/water beside depths, by name."""

ROUGHNESS, INITIAL, INFLOWS = "manning_n.tif", "initial_depth.tif", "inflows.csv"
OWN = {ROUGHNESS, INITIAL, INFLOWS}
