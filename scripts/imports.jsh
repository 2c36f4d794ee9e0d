import dev.kula.*;
import dev.kula.aggregate.*;
import dev.kula.app.*;
import dev.kula.data.*;
import dev.kula.data.source.*;
import dev.kula.model.*;
import dev.kula.round.*;
import dev.kula.swap.*;
