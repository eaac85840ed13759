import { expect } from "vitest";
import { FC3_REQUEST_ID } from "../fixtures.ts";
import { fc20230330Client, fc20230330 as sdk } from "../sdks.ts";
import { type Adapter, bodyOf, type Destinations, errorOf, setDestinations } from "./adapter.ts";

const destination = (name: string | undefined) =>
  name === undefined ? undefined : new sdk.Destination({ destination: name });

const destinationConfigOf = ({ onSuccess, onFailure }: Destinations) =>
  new sdk.DestinationConfig({ onSuccess: destination(onSuccess), onFailure: destination(onFailure) });

export function fc20230330(url: string): Adapter {
  const client = fc20230330Client(url);
  return {
    sdk: "@alicloud/fc20230330",
    async refusal(request) {
      // The API's own message is in `data`; the SDK wraps it in code, status and request ID.
      const { name, code, statusCode, message, requestId, data } = await errorOf(request);
      expect(name).toBe("ClientError");
      expect(requestId).toMatch(FC3_REQUEST_ID);
      expect(data).toEqual({ Code: code, Message: expect.any(String), RequestId: requestId });
      expect(message).toBe(`${code}: code: ${statusCode}, ${data.Message} request id: ${requestId}`);
      return { code, statusCode, message: data.Message };
    },
    configs: {
      put(name, config, qualifier) {
        const { stateful: asyncTask, destinationConfig, ...items } = config ?? {};
        const body = new sdk.PutAsyncInvokeConfigInput({
          ...items,
          asyncTask,
          destinationConfig: destinationConfig && destinationConfigOf(destinationConfig),
        });
        const request = new sdk.PutAsyncInvokeConfigRequest({ qualifier, ...(config && { body }) });
        return bodyOf(client.putAsyncInvokeConfig(name, request));
      },
      get: (name, qualifier) =>
        bodyOf(client.getAsyncInvokeConfig(name, new sdk.GetAsyncInvokeConfigRequest({ qualifier }))),
      async remove(name, qualifier) {
        const request = new sdk.DeleteAsyncInvokeConfigRequest({ qualifier });
        return (await client.deleteAsyncInvokeConfig(name, request)).statusCode;
      },
      list: (functionName, options) =>
        bodyOf(
          client.listAsyncInvokeConfigs(new sdk.ListAsyncInvokeConfigsRequest({ functionName, ...options })),
        ),
      deleted: 204,
      identity: (name, qualifier = "LATEST") => ({
        functionArn: `acs:fc:cn-hangzhou:1234567890123456:functions/${name}${qualifier === "LATEST" ? "" : `/${qualifier}`}`,
      }),
      // It leaves out what the API says is null.
      destinations: setDestinations,
      unset: {},
      lastPage: (configs) => ({ configs, nextToken: "" }),
      destinationsRule: "replace",
      functionDestination: "acs:fc:cn-hangzhou:1234567890123456:functions/report/LATEST",
      statefulItem: "asyncTask",
      maxEventAgeSeconds: 604_800,
      invalidNames: ["1st-report", "monthly report", "report/monthly", "报告"],
    },
  };
}
