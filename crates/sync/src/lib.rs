//! Plans what a device sends and takes, and does it
