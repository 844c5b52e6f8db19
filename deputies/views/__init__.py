"""Pages of the deputies app: for residents and for the desk."""
