export { memoryContentStore } from "../operation/memory-content-store.ts";
