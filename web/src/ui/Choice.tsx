import { Stack, Text } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import { type ReactNode, useId } from "react";

/** One answer of several. */
export interface Option<Value extends string> {
  readonly value: Value;
  readonly title: string;
  readonly text?: string;
  readonly icon?: Icon;
}

/** What a question has. */
export interface ChoiceProps<Value extends string> {
  readonly label: ReactNode;
  readonly hint?: string;
  readonly options: readonly Option<Value>[];
  /** What is chosen: nothing at first. One answer, or with `many` any number. */
  readonly chosen: readonly Value[];
  readonly many?: boolean;
  readonly onChange: (chosen: readonly Value[]) => void;
  readonly problem?: string | undefined;
}

/** A question whose answers are large cards; none is ticked before the person ticks it. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, hint, options, chosen, many, onChange, problem } = props;
  const name = useId();
  const toggle = (value: Value) => {
    if (!many) onChange([value]);
    else onChange(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);
  };
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }} aria-describedby={`${name}-hint`}>
      <Text component="legend" fw={650} fz="1.1rem" p={0} mb={hint ? 2 : "sm"}>
        {label}
      </Text>
      {hint && (
        <Text id={`${name}-hint`} c="dimmed" mb="sm">
          {hint}
        </Text>
      )}
      <Stack gap="xs">
        {options.map(({ value, title, text, icon: Shape }) => (
          <label key={value} className="volens-choice">
            <input
              type={many ? "checkbox" : "radio"}
              name={name}
              value={value}
              checked={chosen.includes(value)}
              onChange={() => toggle(value)}
              style={{
                width: 22,
                height: 22,
                margin: 1,
                accentColor: "var(--mantine-primary-color-filled)",
                flex: "none",
              }}
            />
            <span style={{ flex: 1, minWidth: 0 }}>
              <Text component="span" display="block" fw={600}>
                {title}
              </Text>
              {text && (
                <Text component="span" display="block" c="dimmed">
                  {text}
                </Text>
              )}
            </span>
            {Shape && <Shape size={24} stroke={1.5} aria-hidden style={{ flex: "none" }} />}
          </label>
        ))}
      </Stack>
      {problem && (
        <Text c="var(--mantine-color-error)" role="alert" mt="xs">
          {problem}
        </Text>
      )}
    </fieldset>
  );
}
