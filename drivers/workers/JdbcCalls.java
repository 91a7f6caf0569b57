import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Keeps connections in the plainest pool: one that has made a call is used again, and one whose call has failed is closed. */
final class JdbcCalls {
    public static void main(String[] arguments) throws Exception {
        String url = arguments[1];
        Deque<Connection> idle = new ConcurrentLinkedDeque<>();
        Calls.serve(arguments[0], (id, seconds) -> {
            Connection connection = idle.pollFirst();
            if (connection == null) {
                connection = DriverManager.getConnection(url);
            }
            try (PreparedStatement insert = connection.prepareStatement("insert into calls select ? from pg_sleep(?)")) {
                insert.setString(1, id);
                insert.setDouble(2, seconds);
                insert.executeUpdate();
            } catch (SQLException e) {
                connection.abort(Runnable::run);
                throw e;
            }
            idle.addFirst(connection);
        });
    }
}
