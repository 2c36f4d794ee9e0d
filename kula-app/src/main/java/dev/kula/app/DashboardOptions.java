package dev.kula.app;

import dev.kula.KulaException;
import dev.kula.app.dashboard.RunControl;
import dev.kula.app.http.Access;
import dev.kula.app.http.DashboardPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Who may see a dashboard. */
final class DashboardOptions {
  /** Where a dashboard is, unless another port is named. */
  static final int PORT = 7445;

  private static final String TOKEN = "--dashboard-token";
  private static final String OPERATOR = "--operator-token";
  private static final Pattern PORT_ALONE = Pattern.compile("[0-9]{1,5}");

  @Option(
      names = TOKEN,
      paramLabel = "FILE",
      defaultValue = "${env:KULA_DASHBOARD_TOKEN}",
      description =
          "File with the token that a browser must send to see anything; one that is not there is"
              + " made. By default everybody on this machine sees all.")
  private @Nullable Path token;

  @Option(
      names = OPERATOR,
      paramLabel = "FILE",
      defaultValue = "${env:KULA_OPERATOR_TOKEN}",
      description =
          "File with the token of whoever may pause, resume and stop the run, and revoke leases; one"
              + " that is not there is made. By default nobody may.")
  private @Nullable Path operator;

  /**
   * Lets the run of this process be watched, if it is to be.
   *
   * @param option that {@code address} was given for
   * @param address null for nowhere; a port alone is one of this machine
   * @param tls what the server shows who it is beyond this machine; empty if it has nothing
   * @param command of which the options are
   * @throws KulaException the user's mistake
   */
  Optional<Watch> watch(
      String option,
      @Nullable String address,
      Optional<SSLContext> tls,
      CommandLine command,
      Terminal terminal) {
    if (address == null) {
      for (String lone : List.of(TOKEN, OPERATOR)) {
        OrchestrateCommand.refuse(
            command.getParseResult().hasMatchedOption(lone), lone, "that is for " + option);
      }
      return Optional.empty();
    }
    boolean isPort = PORT_ALONE.matcher(address).matches();
    Address place = Address.read(option, isPort ? "127.0.0.1:" + address : address, PORT);
    RunControl control = new RunControl();
    return Optional.of(
        new Watch(open(option, place, tls, Optional.of(control), terminal), control));
  }

  /**
   * Listens, and says where.
   *
   * @param option that the address was given for
   * @param tls what the server shows who it is beyond this machine; empty if it has nothing
   * @param control of the run that this process makes; empty if it makes none
   * @throws KulaException the user's mistake
   */
  DashboardPort open(
      String option,
      Address address,
      Optional<SSLContext> tls,
      Optional<RunControl> control,
      Terminal terminal) {
    InetSocketAddress socket = address.socket();
    InetAddress host = socket.getAddress();
    boolean isOwn = host != null && host.isLoopbackAddress();
    if (!isOwn && tls.isEmpty()) {
      throw KulaException.user(
          "%s is '%s', must be an address of this machine alone, for a token would pass others"
                  .formatted(option, address)
              + " unsealed; try 127.0.0.1:%d behind a proxy or a tunnel".formatted(address.port()));
    }
    if (!isOwn && token == null) {
      throw KulaException.user(
          "%s is '%s', must have a token where other machines can ask; add --dashboard-token FILE"
              .formatted(option, address));
    }
    Access access = Access.of(Optional.ofNullable(token), Optional.ofNullable(operator));
    Optional<SSLContext> shown = isOwn ? Optional.empty() : tls;
    DashboardPort port = DashboardPort.open(option, socket, shown, access, control);
    terminal
        .err()
        .printf(
            "kula: dashboard on %s://%s/%n",
            shown.isPresent() ? "https" : "http", new Address(address.host(), port.port()));
    return port;
  }
}
