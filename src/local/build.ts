import { fileURLToPath } from "node:url";
import { buildWorker } from "./buildWorker.ts";
import { WORKER_DIRECTORY } from "./worker.ts";

await buildWorker(fileURLToPath(new URL("../../wrangler.toml", import.meta.url)), WORKER_DIRECTORY);
