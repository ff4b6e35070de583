"""The demo: fictional people and bodies do the main job of Sluis once, from agreement to evidence."""
