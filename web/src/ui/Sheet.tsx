import { Drawer, Modal } from "@mantine/core";
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

/** A dialog: from the foot of a phone, in the middle of a larger screen. Escape and "Close" mean no. */
export function Sheet({ opened, onClose, title, children }: SheetProps) {
  const { t } = useTranslation("ui");
  const phone = useMediaQuery("(max-width: 40em)", undefined, { getInitialValueInEffect: false });
  const shared = {
    opened,
    onClose,
    title,
    closeButtonProps: { "aria-label": t("close"), size: 44 },
    closeOnClickOutside: false,
    styles: { title: { fontWeight: 680, fontSize: "1.25rem" } },
  };
  if (phone) {
    return (
      <Drawer {...shared} position="bottom" size="auto">
        {children}
      </Drawer>
    );
  }
  return (
    <Modal {...shared} size="lg">
      {children}
    </Modal>
  );
}
