import { describe, expect, test } from "vitest";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { errorOf, versions } from "../request.ts";

const [classic, openApi, fc3] = versions;

/** Headers that sign a PUT of `{}` in the FC scheme. */
async function signed(
  sandbox: TestSandbox,
  path: string,
  changes: { secret?: string; date?: Date; method?: string } = {},
) {
  const { accessKeyId = "", accessKeySecret = "" } = sandbox.access;
  const { secret = accessKeySecret, date = new Date(), method = "PUT" } = changes;
  const text = [method, "", "application/json", date.toUTCString(), path].join("\n");
  const signature = await hmac("SHA-256", secret, text);
  return { Date: date.toUTCString(), Authorization: `FC ${accessKeyId}:${signature}` };
}

async function hmac(hash: "SHA-1" | "SHA-256", secret: string, text: string): Promise<string> {
  const bytes = (value: string) => new TextEncoder().encode(value);
  const key = await crypto.subtle.importKey("raw", bytes(secret), { name: "HMAC", hash }, false, ["sign"]);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(text)))));
}

const path = classic.config("f", "prod");
const put = async (sandbox: TestSandbox, headers: Record<string, string>) =>
  sandbox.send("PUT", path, {}, headers);
const MINUTE_MS = 60_000;

describe("signatures that are required", () => {
  const required = () => newSandbox({ settings: { signatures: "required" } });

  test("are checked with the sandbox's own key", async () => {
    const sandbox = await required();
    expect((await put(sandbox, await signed(sandbox, path))).status).toBe(200);
    for (const wrong of [{ secret: "wrong" }, { method: "DELETE" }]) {
      expect(errorOf(await put(sandbox, await signed(sandbox, path, wrong)))).toEqual({
        status: 403,
        code: "SignatureNotMatch",
        message:
          "The request signature we calculated does not match the signature you provided. Check your access key and signing method.",
      });
    }
    const other = await put(sandbox, await signed(await required(), path));
    expect(errorOf(other)).toMatchObject({ status: 403, code: "InvalidAccessKeyID" });
  });

  test("are made without the path prefix that selects the sandbox, in the acs scheme too", async () => {
    const sandbox = await required();
    const { accessKeyId = "", accessKeySecret = "" } = sandbox.access;
    const signing = async (path: string) => {
      const date = new Date().toUTCString();
      const text = `PUT\napplication/json\n\napplication/json\n${date}\nx-acs-version:2023-03-30\n${path}?qualifier=prod`;
      const signature = await hmac("SHA-1", accessKeySecret, text);
      return {
        Accept: "application/json",
        Date: date,
        "x-acs-version": "2023-03-30",
        Authorization: `acs ${accessKeyId}:${signature}`,
      };
    };
    const path = fc3.config("f", "prod").replace(/\?.*/, "");
    const put = async (signed: string) =>
      sandbox.send("PUT", `${path}?qualifier=prod`, {}, await signing(signed));
    expect((await put(path)).status).toBe(200);
    expect(errorOf(await put(`/s/${sandbox.access.id}${path}`)).code).toBe("SignatureNotMatch");
  });

  test("are missed when there are none, in the shape of each version", async () => {
    const sandbox = await required();
    for (const { config } of versions) {
      expect(errorOf(await sandbox.send("PUT", config("f"), {}))).toEqual({
        status: 400,
        code: "MissingRequiredHeader",
        message: "required HTTP header Authorization was not specified",
      });
    }
    expect((await sandbox.send("GET", "/nowhere")).body.ErrorCode).toBe("MissingRequiredHeader");
    expect((await sandbox.send("PUT", "/2023-03-30/functions/f/async-invoke-config", "{")).body.Code).toBe(
      "MissingRequiredHeader",
    );
    const tooLarge = await sandbox.send("PUT", path, "x".repeat(70_000));
    expect(errorOf(tooLarge).code).toBe("MissingRequiredHeader");
    expect((await sandbox.summary()).counts.configs).toBe(0);
  });

  test("are good for fifteen minutes of real time, whatever the sandbox's clock shows", async () => {
    const sandbox = await required();
    await sandbox.clock.freeze("2001-01-01T00:00:00Z");
    const at = async (offsetMs: number) =>
      (await put(sandbox, await signed(sandbox, path, { date: new Date(Date.now() + offsetMs) }))).status;
    expect(await Promise.all([-14, 0, 14].map((minutes) => at(minutes * MINUTE_MS)))).toEqual([
      200, 200, 200,
    ]);
    expect(await Promise.all([-16, 16].map((minutes) => at(minutes * MINUTE_MS)))).toEqual([403, 403]);
  });
});

test("signatures that are optional are checked when they are there", async () => {
  const sandbox = await newSandbox({ settings: { signatures: "optional" } });
  expect((await put(sandbox, {})).status).toBe(200);
  expect((await put(sandbox, await signed(sandbox, path))).status).toBe(200);
  expect((await put(sandbox, await signed(sandbox, path, { secret: "wrong" }))).status).toBe(403);
  expect((await put(sandbox, { Authorization: "Basic eDp5" })).status).toBe(403);
});

test("signatures that are off are ignored, good or bad", async () => {
  const sandbox = await newSandbox();
  for (const headers of [
    {},
    { Authorization: "Basic eDp5" },
    await signed(sandbox, path, { secret: "wrong" }),
  ]) {
    expect((await put(sandbox, headers)).status).toBe(200);
  }
});

test("a changed setting holds at once, for functions that were used before", async () => {
  const sandbox = await newSandbox();
  expect((await put(sandbox, {})).status).toBe(200);
  await sandbox.settings({ signatures: "required" });
  expect((await put(sandbox, {})).status).toBe(400);
  expect((await sandbox.send("GET", openApi.list("f"))).status).toBe(400);
  await sandbox.settings({ signatures: "off" });
  expect((await put(sandbox, {})).status).toBe(200);
});
