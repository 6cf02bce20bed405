import { simulateSeeds } from "./simulate-seeds.ts";

// In two files, so that two processes share the work.
simulateSeeds(1, 100);
