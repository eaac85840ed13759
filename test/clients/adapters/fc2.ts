import { expect } from "vitest";
import { FUNCTION, REQUEST_ID } from "../fixtures.ts";
import { fc2Client } from "../sdks.ts";
import { type Adapter, errorOf, setDestinations } from "./adapter.ts";

/** The status and the request ID, which this SDK tells nowhere but in the message; and the API's own message. */
const MESSAGE = new RegExp(
  `^\\w+ /.+ failed with (?<status>\\d+)\\. requestid: ${REQUEST_ID.source}, message: (?<text>.*)\\.$`,
);

export function fc2(url: string): Adapter {
  const client = fc2Client(url);
  return {
    sdk: "@alicloud/fc2",
    async refusal(request) {
      const { name, code, message } = await errorOf(request);
      expect(name).toBe(`FC${code}Error`);
      const { status, text = "" } = MESSAGE.exec(message)?.groups ?? expect.fail(message);
      return { code, statusCode: Number(status), message: text };
    },
    configs: {
      async put(name, config, qualifier) {
        const { stateful, destinationConfig, ...items } = config ?? {};
        const options = {
          ...items,
          ...(stateful === undefined ? {} : { statefulInvocation: stateful }),
          ...(destinationConfig && { destinationConfig: setDestinations(destinationConfig) }),
        };
        const answer = await client.putFunctionAsyncConfig("shop", name, qualifier, config && options);
        return answer.data;
      },
      get: async (name, qualifier) => (await client.getFunctionAsyncConfig("shop", name, qualifier)).data,
      remove: async (name, qualifier) =>
        (await client.deleteFunctionAsyncConfig("shop", name, qualifier)).data,
      list: async (name, options) => (await client.listFunctionAsyncConfigs("shop", name, options)).data,
      deleted: "",
      identity: (name, qualifier = "LATEST") => ({
        serviceName: "shop",
        functionName: name,
        service: "shop",
        function: name,
        qualifier,
      }),
      destinations: (destinations) => ({
        onSuccess: null,
        onFailure: null,
        ...setDestinations(destinations),
      }),
      unset: {
        maxAsyncEventAgeInSeconds: null,
        maxAsyncRetryAttempts: null,
        statefulInvocation: null,
        destinationConfig: null,
      },
      lastPage: (configs) => ({ configs: configs.length > 0 ? configs : null, nextToken: "" }),
      destinationsRule: "merge",
      functionDestination: FUNCTION,
      statefulItem: "statefulInvocation",
      maxEventAgeSeconds: 2_592_000,
      invalidNames: ["1st-report", "monthly report"],
    },
  };
}
