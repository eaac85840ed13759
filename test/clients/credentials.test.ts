import { beforeAll, describe, expect, test } from "vitest";
import { createSandbox, type SandboxClient } from "../../src/client/index.ts";
import { servedSandbox } from "../program.ts";
import {
  fc2Client,
  fc20230330,
  fc20230330Client,
  fcOpen20210406,
  fcOpen20210406Client,
  type Key,
} from "./sdks.ts";

const url = await servedSandbox();
let sandbox: SandboxClient;
let key: Key;
beforeAll(async () => {
  sandbox = await createSandbox(url, { settings: { signatures: "required" } });
  const { accessKeyId = "", accessKeySecret = "" } = sandbox.access;
  key = { accessKeyId, accessKeySecret };
});

async function putByFc20230330(key: Key, maxAsyncRetryAttempts: number, signatureAlgorithm?: "v2") {
  const request = new fc20230330.PutAsyncInvokeConfigRequest({
    qualifier: "prod",
    body: new fc20230330.PutAsyncInvokeConfigInput({ maxAsyncRetryAttempts }),
  });
  const client = fc20230330Client(url, key, signatureAlgorithm);
  const { body } = await client.putAsyncInvokeConfig("f", request);
  return body?.maxAsyncRetryAttempts;
}

/**
 * Each SDK's way to the sandbox, and what selects the sandbox there: puts a config with so many retries, and says how
 * many it then has.
 */
const ways = [
  {
    name: "@alicloud/fc2 through a path prefix",
    retries: 1,
    selects: "path",
    put: async (key: Key) => {
      const { data } = await fc2Client(sandbox.endpoint, key).putFunctionAsyncConfig("demo", "f", "prod", {
        maxAsyncRetryAttempts: 1,
      });
      return data["maxAsyncRetryAttempts"];
    },
  },
  {
    name: "@alicloud/fc2 through a plain host",
    retries: 2,
    selects: "access key",
    put: async (key: Key) => {
      const { data } = await fc2Client(url, key).putFunctionAsyncConfig("demo", "f", "prod", {
        maxAsyncRetryAttempts: 2,
      });
      return data["maxAsyncRetryAttempts"];
    },
  },
  {
    name: "@alicloud/fc-open20210406 through a plain host",
    retries: 3,
    selects: "access key",
    put: async (key: Key) => {
      const request = new fcOpen20210406.PutFunctionAsyncInvokeConfigRequest({
        qualifier: "prod",
        maxAsyncRetryAttempts: 3,
      });
      const { body } = await fcOpen20210406Client(url, key).putFunctionAsyncInvokeConfig(
        "demo",
        "f",
        request,
      );
      return body?.maxAsyncRetryAttempts;
    },
  },
  {
    name: "@alicloud/fc20230330 through a plain host",
    retries: 4,
    selects: "access key",
    put: (key: Key) => putByFc20230330(key, 4),
  },
  {
    name: "@alicloud/fc20230330, asked for v2, through a plain host",
    retries: 5,
    selects: "access key",
    put: (key: Key) => putByFc20230330(key, 5, "v2"),
  },
];

async function keyOfAnother(): Promise<Key> {
  const { access } = await createSandbox(url, { settings: { signatures: "required" } });
  const { accessKeyId = "", accessKeySecret = "" } = access;
  return { accessKeyId, accessKeySecret };
}

describe.each(ways)("where signatures are required, $name", ({ put, retries }) => {
  test("passes with the key that was issued", async () => {
    await sandbox.requests.clear();
    expect(await put(key)).toBe(retries);
    await sandbox.requests.verify({ operation: "put", status: 200 }, { exactly: 1 });
  });

  test("fails with a wrong secret, and changes nothing", async () => {
    const before = (await sandbox.snapshot.export()).configs;
    await expect(put({ ...key, accessKeySecret: "wrong" })).rejects.toMatchObject({
      code: "SignatureNotMatch",
    });
    expect((await sandbox.snapshot.export()).configs).toEqual(before);
  });
});

test.each(ways.filter(({ selects }) => selects === "path"))(
  "$name fails with another sandbox's key, and changes nothing",
  async ({ put }) => {
    const before = (await sandbox.snapshot.export()).configs;
    await expect(put(await keyOfAnother())).rejects.toMatchObject({ code: "InvalidAccessKeyID" });
    expect((await sandbox.snapshot.export()).configs).toEqual(before);
  },
);

test.each(ways.filter(({ selects }) => selects === "access key"))(
  "$name reaches another sandbox with that one's key",
  async ({ put, retries }) => {
    const before = (await sandbox.snapshot.export()).configs;
    expect(await put(await keyOfAnother())).toBe(retries);
    expect((await sandbox.snapshot.export()).configs).toEqual(before);
  },
);

test("a key of nobody's is InvalidAccessKeyID where signatures are required", async () => {
  const client = fc2Client(sandbox.endpoint, { accessKeyId: "nobodys", accessKeySecret: "x" });
  await expect(client.getFunctionAsyncConfig("demo", "f", "prod")).rejects.toMatchObject({
    code: "InvalidAccessKeyID",
  });
});
