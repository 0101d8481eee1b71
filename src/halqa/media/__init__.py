"""Sound and picture: fragments, ffmpeg in, HLS and MP4 out. No Django."""
