import { describe, expect, test } from "vitest";
import { renderConfig, renderPage } from "../../../src/fc/asyncConfig/render.ts";
import type { StoredAsyncConfig } from "../../../src/fc/asyncConfig/schema.ts";
import { type ApiVersion, apiVersions, versionById } from "../../../src/fc/versions.ts";

const F = "acs:fc:cn-hangzhou:123456:functions/f";
const place = { region: "cn-hangzhou", accountId: "123456" };

describe.each(apiVersions)("$id", (version) => {
  const name = { service: version.hasServices ? "demo" : "", function: "hello", qualifier: "prod" };
  const stored: StoredAsyncConfig = {
    qualifier: "prod",
    createdTime: Date.UTC(2020, 7, 20, 2, 28, 21, 999),
    lastModifiedTime: Date.UTC(2020, 7, 20, 2, 28, 22),
    maxAsyncEventAgeInSeconds: null,
    maxAsyncRetryAttempts: null,
    stateful: null,
    onSuccess: null,
    onFailure: F,
  };

  test("shows items that were never set as null", () => {
    expect(renderConfig(version, name, place, stored)).toEqual({
      ...identities[version.id],
      createdTime: "2020-08-20T02:28:21Z",
      lastModifiedTime: "2020-08-20T02:28:22Z",
      destinationConfig: { onSuccess: null, onFailure: { destination: F } },
      maxAsyncEventAgeInSeconds: null,
      maxAsyncRetryAttempts: null,
      [version.statefulItem]: null,
    });
    const set = { ...stored, maxAsyncEventAgeInSeconds: 86_400, maxAsyncRetryAttempts: 0, stateful: false };
    expect(renderConfig(version, name, place, set)).toMatchObject({
      maxAsyncEventAgeInSeconds: 86_400,
      maxAsyncRetryAttempts: 0,
      [version.statefulItem]: false,
    });
  });

  test("shows a destinationConfig that was never given as null, and one without destinations as two nulls", () => {
    const none = { ...stored, onFailure: null };
    expect(renderConfig(version, name, place, none).destinationConfig).toBeNull();
    const given = { ...none, hasDestinationConfig: true };
    expect(renderConfig(version, name, place, given).destinationConfig).toEqual({
      onSuccess: null,
      onFailure: null,
    });
  });

  test("ends a list in its own way", () => {
    const render = (items: readonly string[], nextToken?: string) =>
      renderPage(version, { items, nextToken }, (item) => ({ item }));
    expect(render(["a"], "token")).toEqual({ configs: [{ item: "a" }], nextToken: "token" });
    expect(render(["a"])).toEqual({ configs: [{ item: "a" }], ...ends[version.id] });
    const none = version.id === "2016-08-15" ? null : [];
    expect(render([])).toEqual({ configs: none, ...ends[version.id] });
  });
});

test("an FC 3.0 config of LATEST is named by the function alone", () => {
  const version = versionById("2023-03-30");
  const name = { service: "", function: "hello", qualifier: "LATEST" };
  expect(version.identity(name, place)).toEqual({ functionArn: "acs:fc:cn-hangzhou:123456:functions/hello" });
});

const ends: Record<ApiVersion["id"], object> = {
  "2016-08-15": { nextToken: "" },
  "2021-04-06": {},
  "2023-03-30": { nextToken: "" },
};

const identities: Record<ApiVersion["id"], object> = {
  "2016-08-15": {
    serviceName: "demo",
    functionName: "hello",
    service: "demo",
    function: "hello",
    qualifier: "prod",
  },
  "2021-04-06": { service: "demo", function: "hello", qualifier: "prod" },
  "2023-03-30": { functionArn: "acs:fc:cn-hangzhou:123456:functions/hello/prod" },
};
