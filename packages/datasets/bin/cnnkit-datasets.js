#!/usr/bin/env node
// The command itself is built; this file is there before the build, so that an install can link it.
import '../dist/cli/bin.js';
