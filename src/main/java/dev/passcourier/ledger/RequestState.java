package dev.passcourier.ledger;

/** How far a request is. */
public enum RequestState {
    ASKED,
    ALLOWED,
    FETCHING,
    POSTPONED,
    OPENED,
    SEALED,
    ENDED
}
