package dev.passcourier.service;

import dev.passcourier.intake.CheckRequestStep;
import dev.passcourier.redrive.RedriveService;
import dev.passcourier.report.CredentialReporter;
import dev.passcourier.report.ReportHandOver;
import dev.passcourier.report.ReportService;
import dev.passcourier.status.StatusService;

/**
 * Those that look at the settings as a whole. They keep nothing that a reload must not lose, so it makes others of the new
 * settings; whoever uses one takes it once for each message, order or run.
 */
record Views(
        CheckRequestStep check,
        CredentialReporter credentials,
        ReportHandOver reports,
        RedriveService redrive,
        StatusService status,
        ReportService runs) {}
