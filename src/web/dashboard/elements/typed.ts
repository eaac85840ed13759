import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/**
 * What is typed into a field whose value is in the page's address. Once typing has paused for some milliseconds, `send` gets
 * the text, as `sentAs` makes it.
 */
export function useTyped(
  value: string,
  pauseMs: number,
  send: (text: string) => void,
  sentAs: (text: string) => string = (text) => text,
): { readonly typed: Signal<string>; readonly enter: (text: string) => void } {
  const typed = useSignal(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const sent = useRef(value);
  useEffect(() => {
    // The address changed by itself, such as by going back.
    if (value !== sent.current) typed.value = value;
    sent.current = value;
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const enter = (text: string) => {
    typed.value = text;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      sent.current = sentAs(text);
      send(sent.current);
    }, pauseMs);
  };
  return { typed, enter };
}
