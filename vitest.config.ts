import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { SlowestFirst } from "./test/slowestFirst.ts";

const WORKER = "test/**/*.worker.test.ts";

/** What is tested from outside, against the served program. */
const SERVED = [
  "bench",
  "browser",
  "client",
  "clients",
  "conformance",
  "durability",
  "hostile",
  "local",
  "migrations",
  "openapi",
  "package",
  "web",
].map((directory) => `test/${directory}/**/*.test.ts`);

const { INTERRUPTED_POINTS = "12" } = process.env;
/** How many cut points of a change `interrupted.worker.test.ts` tries. */
const cutPoints = INTERRUPTED_POINTS === "all" ? Number.POSITIVE_INFINITY : Number(INTERRUPTED_POINTS);

// A busy machine is no reason to fail.
const expect = { poll: { timeout: 10_000 } };

// Three layers: pure units in Node; the Worker and its objects inside workerd; the served program from outside.
export default defineConfig({
  test: {
    // Three files at once at least: a test waits for a third of its time, for a disk or for another process.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    sequence: { sequencer: SlowestFirst },
    reporters: ["default", "json"],
    outputFile: { json: "test-results/vitest.json" },
    projects: [
      // The first two are quicker when files share a process: no test finds what another file's has left.
      {
        test: { name: "unit", isolate: false, include: ["test/**/*.test.ts"], exclude: [WORKER, ...SERVED] },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                ROOT_SECRET: "root-secret-of-the-tests",
                OPERATOR_TOKEN: "operator",
                CREATION: "open",
                LOG_REQUESTS: "off",
              },
            },
          }),
        ],
        test: {
          name: "worker",
          isolate: false,
          restoreMocks: true,
          include: [WORKER],
          testTimeout: 20_000,
          expect,
          provide: { cutPoints },
        },
      },
      {
        test: {
          name: "served",
          globalSetup: "test/served.ts",
          include: [...SERVED, "examples/**/*.test.ts"],
          // A consumer's tests run in its project.
          exclude: [WORKER, "test/package/consumer/**"],
          expect,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
