package dev.kula.wire;

import dev.kula.KulaException;
import dev.kula.data.Exchange;
import dev.kula.device.Message;
import dev.kula.device.Personalization;
import dev.kula.device.Protection;
import dev.kula.device.Settlement;
import dev.kula.device.TrialFold;
import dev.kula.model.Scope;
import dev.kula.swap.Admission;
import dev.kula.swap.Selection;
import dev.kula.wire.v1.Wire;
import dev.kula.wire.v1.WireSettings;

/** Choices of a closed set, by their names. */
final class Choices {
  private Choices() {}

  static Wire.Scope encode(Scope choice) {
    return switch (choice) {
      case ALL -> Wire.Scope.SCOPE_ALL;
      case HEAD -> Wire.Scope.SCOPE_HEAD;
      case BODY -> Wire.Scope.SCOPE_BODY;
    };
  }

  static Scope decode(Wire.Scope choice) {
    return switch (choice) {
      case SCOPE_ALL -> Scope.ALL;
      case SCOPE_HEAD -> Scope.HEAD;
      case SCOPE_BODY -> Scope.BODY;
      case SCOPE_UNSPECIFIED, UNRECOGNIZED -> throw unknown(choice);
    };
  }

  static Wire.Occasion encode(Message.Occasion choice) {
    return switch (choice) {
      case ROUND -> Wire.Occasion.OCCASION_ROUND;
      case FINAL -> Wire.Occasion.OCCASION_FINAL;
    };
  }

  static Message.Occasion decode(Wire.Occasion choice) {
    return switch (choice) {
      case OCCASION_ROUND -> Message.Occasion.ROUND;
      case OCCASION_FINAL -> Message.Occasion.FINAL;
      case OCCASION_UNSPECIFIED, UNRECOGNIZED -> throw unknown(choice);
    };
  }

  static Wire.TrialFold encode(TrialFold choice) {
    return switch (choice) {
      case CHOOSING -> Wire.TrialFold.TRIAL_FOLD_CHOOSING;
      case GUARDING -> Wire.TrialFold.TRIAL_FOLD_GUARDING;
    };
  }

  static TrialFold decode(Wire.TrialFold choice) {
    return switch (choice) {
      case TRIAL_FOLD_CHOOSING -> TrialFold.CHOOSING;
      case TRIAL_FOLD_GUARDING -> TrialFold.GUARDING;
      case TRIAL_FOLD_UNSPECIFIED, UNRECOGNIZED -> throw unknown(choice);
    };
  }

  static Wire.Exchange encode(Exchange choice) {
    return switch (choice) {
      case VISIT -> Wire.Exchange.EXCHANGE_VISIT;
      case WHOLE_VISIT -> Wire.Exchange.EXCHANGE_WHOLE_VISIT;
      case RAW -> Wire.Exchange.EXCHANGE_RAW;
      case SYNTHETIC -> Wire.Exchange.EXCHANGE_SYNTHETIC;
    };
  }

  static Exchange decode(Wire.Exchange choice) {
    return switch (choice) {
      case EXCHANGE_VISIT -> Exchange.VISIT;
      case EXCHANGE_WHOLE_VISIT -> Exchange.WHOLE_VISIT;
      case EXCHANGE_RAW -> Exchange.RAW;
      case EXCHANGE_SYNTHETIC -> Exchange.SYNTHETIC;
      case EXCHANGE_UNSPECIFIED, UNRECOGNIZED -> throw unknown(choice);
    };
  }

  static Wire.Admission encode(Admission choice) {
    return switch (choice) {
      case GATED_PERSONAL -> Wire.Admission.ADMISSION_GATED_PERSONAL;
      case SHARED_AND_GATED_PERSONAL -> Wire.Admission.ADMISSION_SHARED_AND_GATED_PERSONAL;
      case UNGATED_BOTH -> Wire.Admission.ADMISSION_UNGATED_BOTH;
    };
  }

  static Admission decode(Wire.Admission choice) {
    return switch (choice) {
      case ADMISSION_GATED_PERSONAL -> Admission.GATED_PERSONAL;
      case ADMISSION_SHARED_AND_GATED_PERSONAL -> Admission.SHARED_AND_GATED_PERSONAL;
      case ADMISSION_UNGATED_BOTH -> Admission.UNGATED_BOTH;
      case ADMISSION_UNSPECIFIED, UNRECOGNIZED -> throw unknown(choice);
    };
  }

  static Wire.Selection encode(Selection choice) {
    return switch (choice) {
      case DIVERSITY -> Wire.Selection.SELECTION_DIVERSITY;
      case IMPORTANCE -> Wire.Selection.SELECTION_IMPORTANCE;
      case MIXED -> Wire.Selection.SELECTION_MIXED;
      case UNIFORM -> Wire.Selection.SELECTION_UNIFORM;
    };
  }

  static Selection decode(Wire.Selection choice) {
    return switch (choice) {
      case SELECTION_DIVERSITY -> Selection.DIVERSITY;
      case SELECTION_IMPORTANCE -> Selection.IMPORTANCE;
      case SELECTION_MIXED -> Selection.MIXED;
      case SELECTION_UNIFORM -> Selection.UNIFORM;
      case SELECTION_UNSPECIFIED, UNRECOGNIZED -> throw unknown(choice);
    };
  }

  static Wire.Ending encode(Settlement.Ending choice) {
    return switch (choice) {
      case ACCEPTED -> Wire.Ending.ENDING_ACCEPTED;
      case REJECTED -> Wire.Ending.ENDING_REJECTED;
      case EXPIRED -> Wire.Ending.ENDING_EXPIRED;
    };
  }

  static Settlement.Ending decode(Wire.Ending choice) {
    return switch (choice) {
      case ENDING_ACCEPTED -> Settlement.Ending.ACCEPTED;
      case ENDING_REJECTED -> Settlement.Ending.REJECTED;
      case ENDING_EXPIRED -> Settlement.Ending.EXPIRED;
      case ENDING_UNSPECIFIED, UNRECOGNIZED -> throw unknown(choice);
    };
  }

  static WireSettings.Personalization encode(Personalization choice) {
    return switch (choice) {
      case NONE -> WireSettings.Personalization.PERSONALIZATION_NONE;
      case LOCAL -> WireSettings.Personalization.PERSONALIZATION_LOCAL;
      case FINE_TUNE -> WireSettings.Personalization.PERSONALIZATION_FINE_TUNE;
      case DITTO -> WireSettings.Personalization.PERSONALIZATION_DITTO;
      case FEDPER -> WireSettings.Personalization.PERSONALIZATION_FEDPER;
      case FEDREP -> WireSettings.Personalization.PERSONALIZATION_FEDREP;
      case APFL -> WireSettings.Personalization.PERSONALIZATION_APFL;
    };
  }

  static Personalization decode(WireSettings.Personalization choice) {
    return switch (choice) {
      case PERSONALIZATION_NONE -> Personalization.NONE;
      case PERSONALIZATION_LOCAL -> Personalization.LOCAL;
      case PERSONALIZATION_FINE_TUNE -> Personalization.FINE_TUNE;
      case PERSONALIZATION_DITTO -> Personalization.DITTO;
      case PERSONALIZATION_FEDPER -> Personalization.FEDPER;
      case PERSONALIZATION_FEDREP -> Personalization.FEDREP;
      case PERSONALIZATION_APFL -> Personalization.APFL;
      case PERSONALIZATION_UNSPECIFIED, UNRECOGNIZED -> throw unknown(choice);
    };
  }

  static WireSettings.Protection encode(Protection choice) {
    return switch (choice) {
      case NONE -> WireSettings.Protection.PROTECTION_NONE;
      case PROFILES -> WireSettings.Protection.PROTECTION_PROFILES;
      case ALL -> WireSettings.Protection.PROTECTION_ALL;
    };
  }

  static Protection decode(WireSettings.Protection choice) {
    return switch (choice) {
      case PROTECTION_NONE -> Protection.NONE;
      case PROTECTION_PROFILES -> Protection.PROFILES;
      case PROTECTION_ALL -> Protection.ALL;
      case PROTECTION_UNSPECIFIED, UNRECOGNIZED -> throw unknown(choice);
    };
  }

  static Wire.Traffic encode(Message.Kind choice) {
    return switch (choice) {
      case MODEL -> Wire.Traffic.TRAFFIC_MODEL;
      case POINTER -> Wire.Traffic.TRAFFIC_POINTER;
      case FETCHED -> Wire.Traffic.TRAFFIC_FETCHED;
      case VISIT -> Wire.Traffic.TRAFFIC_VISIT;
      case PROFILE -> Wire.Traffic.TRAFFIC_PROFILE;
      case EVALUATION -> Wire.Traffic.TRAFFIC_EVALUATION;
    };
  }

  static Message.Kind decode(Wire.Traffic choice) {
    return switch (choice) {
      case TRAFFIC_MODEL -> Message.Kind.MODEL;
      case TRAFFIC_POINTER -> Message.Kind.POINTER;
      case TRAFFIC_FETCHED -> Message.Kind.FETCHED;
      case TRAFFIC_VISIT -> Message.Kind.VISIT;
      case TRAFFIC_PROFILE -> Message.Kind.PROFILE;
      case TRAFFIC_EVALUATION -> Message.Kind.EVALUATION;
      case TRAFFIC_UNSPECIFIED, UNRECOGNIZED -> throw unknown(choice);
    };
  }

  private static KulaException unknown(Enum<?> choice) {
    return Checks.refused(
        choice.getDeclaringClass().getSimpleName(),
        choice,
        "a choice of version 1 of the protocol");
  }
}
