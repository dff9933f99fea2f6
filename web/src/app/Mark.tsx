import { Group, Text } from "@mantine/core";

/** The sign and the name. */
export function Mark() {
  return (
    <Group gap={10} wrap="nowrap" mih={44}>
      <img src="/mark.svg" alt="" width={32} height={32} />
      <Text component="span" fw={700} fz="1.15rem" lts="-0.01em">
        Volens
      </Text>
    </Group>
  );
}
