import { defineConfig } from "vitest/config";

export default defineConfig({ test: { globalSetup: "fc-sandbox/vitest/global-setup" } });
