import { useTranslation } from "react-i18next";

/**
 * The reason of a refusal in words: a rule's code such as `NCU` or `TOPIC:PSYCHOLOGICAL`, or what a code counts or names,
 * such as a line or a field. What nobody has words for is shown within a sentence.
 */
export function useReason(): (reason: string, code?: string) => string {
  const { t } = useTranslation(["problem", "ui"], { useSuspense: false });
  return (reason, code = "") => {
    const [rule = ""] = reason.split(":", 1);
    const counts = code.startsWith("deid-") ? ["problem:counted.line"] : [];
    return t([`problem:reason.${rule}`, `problem:counted.${code}`, ...counts, "ui:problem.reason"], { reason });
  };
}
