import { simulateSeeds } from "./simulate-seeds.ts";

simulateSeeds(101, 200);
