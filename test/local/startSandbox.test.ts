import { expect, test } from "vitest";
import { startSandbox } from "../../src/local/startSandbox.ts";

test.each([-1, 70_000, 1.5, Number.NaN])("startSandbox refuses the port %d", async (port) => {
  await expect(startSandbox({ port })).rejects.toThrow(
    `The port must be a number from 0 to 65535, but is ${port}.`,
  );
});
