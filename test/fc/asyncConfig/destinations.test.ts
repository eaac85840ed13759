import { describe, expect, test } from "vitest";
import { resourceNameSchema } from "../../../src/fc/asyncConfig/schema.ts";

const isDestination = (destination: string) => resourceNameSchema(1000).safeParse(destination).success;

describe("a destination is a resource that Function Compute can send results to", () => {
  test.each([
    "acs:fc:cn-shanghai:123456:services/s1/functions/f1",
    "acs:fc:cn-shanghai:123456:services/s1.alias/functions/f1",
    "acs:fc:cn-shanghai:xxx:functions/f1",
    "acs:fc:cn-shanghai:123456:functions/f1/LATEST",
    "acs:fc:cn-hangzhou:1986***743:services/test-service.alias/functions/test-function",
    "acs:mns:cn-hangzhou:123456:/queues/q/messages",
    "acs:mns:cn-hangzhou:123456:/topics/t/messages",
    "acs:eventbridge:cn-hangzhou:123456:eventbus/bus",
    "acs:mq:cn-hangzhou:123456:/instances/i/topics/t",
  ])("%s", (text) => expect(isDestination(text)).toBe(true));
});

describe("anything else is none", () => {
  test.each([
    "",
    "q",
    "acs",
    "acs:",
    "acs:fc",
    "acs:fc:cn-shanghai:123456",
    "acs:fc:cn-shanghai:123456:",
    "acs:fc:cn-shanghai:123456:functions/",
    "acs:fc:cn-shanghai:123456:services/s1",
    "acs:fc:cn-shanghai:123456:services/s1/functions/",
    "acs:oss:cn-shanghai:123456:bucket/key",
    "acs:constructor:cn-shanghai:123456:functions/f",
    "acs:mns:cn-hangzhou:123456:/queues/q",
    "acs:mq:cn-hangzhou:123456:/topics/t",
    "arn:aws:lambda:us-east-1:123456:function:f",
    " acs:fc:cn-shanghai:123456:functions/f1",
    "acs:fc:cn-shanghai:123456:functions/f1\n",
    "ACS:FC:cn-shanghai:123456:functions/f1",
    `acs:fc:cn-shanghai:123456:functions/${"f".repeat(1000)}`,
  ])("%j", (text) => expect(isDestination(text)).toBe(false));
});
