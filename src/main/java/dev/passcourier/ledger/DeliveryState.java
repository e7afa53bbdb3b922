package dev.passcourier.ledger;

/** How far a delivery is. */
public enum DeliveryState {
    SEALED,
    DELIVERING,
    POSTPONED,
    DELIVERED,
    FAILED
}
