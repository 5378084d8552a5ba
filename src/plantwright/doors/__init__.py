"""The doors: command line now, API and web later. They list what areas and flows declare, and decide nothing."""
