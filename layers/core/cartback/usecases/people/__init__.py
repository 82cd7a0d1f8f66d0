"""What people may ask of us: to see, to be forgotten, to be parted."""
