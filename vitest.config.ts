import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// Three layers: pure units in Node; the Worker and its objects inside workerd; the served program from outside.
export default defineConfig({
  test: {
    reporters: ["default", "json"],
    outputFile: { json: "test-results/vitest.json" },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [
            "test/**/*.worker.test.ts",
            "test/browser/**",
            "test/client/**",
            "test/clients/**",
            "test/local/**",
            "test/openapi/**",
            "test/package/**",
          ],
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                ROOT_SECRET: "root secret of the tests",
                OPERATOR_TOKEN: "operator",
                LOG_REQUESTS: "off",
              },
            },
          }),
        ],
        test: { name: "worker", include: ["test/**/*.worker.test.ts"] },
      },
      {
        test: {
          name: "served",
          globalSetup: "test/served.ts",
          include: [
            "test/browser/**/*.test.ts",
            "test/client/**/*.test.ts",
            "test/clients/**/*.test.ts",
            "test/local/**/*.test.ts",
            "test/openapi/**/document.test.ts",
            "test/package/*.test.ts",
            "examples/**/*.test.ts",
          ],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
