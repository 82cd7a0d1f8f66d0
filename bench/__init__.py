"""What Cartback costs in time, calls and money, measured: `make bench`, `make load`, `cartback cost`."""
