// Preloaded into an emulated Node: its own file starts only through the emulator's command.
if (process.env.CNNKIT_EMULATED_NODE) process.execPath = process.env.CNNKIT_EMULATED_NODE;
