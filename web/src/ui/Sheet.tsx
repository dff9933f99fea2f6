import { Drawer, Group, Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** What a sheet has besides its content. */
export interface SheetProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly children: ReactNode;
}

/**
 * A dialog: from the foot of a phone, in the middle of a larger screen. Escape and "Close" mean no. Its title stands in
 * the body: Mantine's header would be a second banner beside the page's.
 */
export function Sheet({ opened, onClose, title, children }: SheetProps) {
  const { t } = useTranslation("ui");
  const phone = useMediaQuery("(max-width: 40em)", undefined, { getInitialValueInEffect: false });
  const Kind = phone ? Drawer : Modal;
  const content = (
    <>
      <Kind.Overlay />
      <Kind.Content>
        <Kind.Body p="lg">
          <Group justify="space-between" wrap="nowrap" align="flex-start" mb="md">
            <Kind.Title fw={680} fz="1.25rem">
              {title}
            </Kind.Title>
            <Kind.CloseButton aria-label={t("close")} size={44} />
          </Group>
          {children}
        </Kind.Body>
      </Kind.Content>
    </>
  );
  const shared = { opened, onClose, closeOnClickOutside: false };
  if (phone) {
    return (
      <Drawer.Root {...shared} position="bottom" size="auto">
        {content}
      </Drawer.Root>
    );
  }
  return (
    <Modal.Root {...shared} size="lg" centered>
      {content}
    </Modal.Root>
  );
}
