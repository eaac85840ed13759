import { expect, test } from "vitest";
import { merge } from "../../src/function/merge.ts";

const given = {
  maxAsyncRetryAttempts: 1,
  onSuccess: "acs:fc:r:a:functions/f",
  onFailure: "acs:fc:r:a:functions/g",
};

test("a PUT that gives only onFailure leaves onSuccess as it was", () => {
  const stored = merge("LATEST", undefined, given, 1000);
  expect(merge("LATEST", stored, { onFailure: "acs:fc:r:a:functions/h" }, 2000)).toEqual({
    ...stored,
    onFailure: "acs:fc:r:a:functions/h",
    lastModifiedTime: 2000,
  });
});
